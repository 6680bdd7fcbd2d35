/** Under what a figure was measured: without this it is not a figure. */
import { execFileSync } from 'node:child_process'
import { readFileSync, statfsSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { benchFolder, rootFolder } from './places.ts'

export type Conditions = {
  readonly at: string
  readonly commit: string
  /** Whether tracked files differed from the commit. */
  readonly changed: boolean
  readonly machine: {
    readonly cpu: string
    readonly cores: number
    readonly memoryGiB: number
    readonly system: string
    readonly fileSystem: string
    /** One minute, before the first round: what else the machine was doing. */
    readonly loadAverage: number
  }
  readonly versions: Readonly<Record<string, string>>
}

export function conditions(): Conditions {
  const processors = cpus()
  return {
    at: new Date().toISOString(),
    commit: git('rev-parse', 'HEAD') || 'none',
    changed: git('status', '--porcelain', '--untracked-files=no') !== '',
    machine: {
      cpu: processors[0]?.model ?? 'unknown',
      cores: processors.length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      system: `${type()} ${release()}`,
      fileSystem: fileSystemOf(benchFolder),
      loadAverage: Number((loadavg()[0] ?? 0).toFixed(2)),
    },
    versions: {
      'node': process.versions.node,
      'sqlite': process.versions['sqlite'] ?? 'unknown',
      'oidc-provider': versionOf(benchFolder, 'oidc-provider'),
      'fastify': versionOf(rootFolder, 'fastify'),
    },
  }
}

const fileSystems: Readonly<Record<number, string>> = {
  0xef53: 'ext4',
  0x58465342: 'xfs',
  0x9123683e: 'btrfs',
  0x01021994: 'tmpfs',
  0x794c7630: 'overlayfs',
  0x1a: 'apfs',
}

function fileSystemOf(folder: string): string {
  const magic = statfsSync(folder).type
  return fileSystems[magic] ?? `0x${magic.toString(16)}`
}

export function versionOf(folder: string, name: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown'
}

function git(...args: readonly string[]): string {
  try {
    return execFileSync('git', ['-C', rootFolder, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return '' // not a checkout, or nothing committed yet
  }
}
