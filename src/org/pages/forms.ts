/** The parts that the forms share: the posted form itself, its hidden fields, text fields, checkboxes, buttons. */
import { ownPath } from './addresses.ts'
import { html, type Html, type Part } from './html.ts'

/** What a form carries through the browser and back. Nothing here is trusted on return: the endpoint checks each again. */
export type Carried = {
  /** The token that a post must repeat; bound to the browser's cookie by the endpoint. */
  readonly csrf: string
  /** The path to go on to after the form. */
  readonly startUrl?: string | undefined
  /** The pending authorization request, opaque. */
  readonly source?: string | undefined
}

/** The names under which the hidden fields of `Carried` are posted. */
export const hiddenNames: { readonly [K in keyof Required<Carried>]: string } = {
  csrf: 'csrf',
  startUrl: 'startURL',
  source: 'source',
}

export type PostForm = {
  readonly name: string
  readonly action: string
  readonly carried: Carried
  readonly body: Html
}

/** A form that posts to a path on this server; `action` throws where it is anything else. */
export function postForm({ name, action, carried, body }: PostForm): Html {
  return html`<form name="${name}" id="${name}_form" method="post" action="${ownPath(action)}" class="sp-form">
    ${hiddenFields(carried)}${body}
  </form>`
}

function hiddenFields({ csrf, startUrl, source }: Carried): Html[] {
  const fields = { [hiddenNames.csrf]: csrf, [hiddenNames.startUrl]: startUrl, [hiddenNames.source]: source }
  return Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [html`<input type="hidden" name="${name}" value="${value}" /> `],
  )
}

export type Field = {
  readonly id: string
  readonly name: string
  readonly label: string
  readonly type: 'text' | 'password'
  readonly autocomplete: string
  readonly value?: string | undefined
  readonly group?: string
  readonly inputmode?: 'numeric' | 'email'
  readonly maxlength?: number
  readonly focus?: boolean
  readonly readonly?: boolean
  /** The id of the error that concerns this field. */
  readonly error?: string | undefined
}

/** A labelled text field. Spelling help is off: names, passwords and codes are never prose. Not `required`: the browser would
 *  hold back an empty field with words of its own, where scripts and people wait for the page's error (SF-87). */
export function textField(field: Field): Html {
  const { id } = field
  return html`<div class="slds-form-element" ${attribute('id', field.group)}>
    <label class="slds-form-element__label" for="${id}">${field.label}</label>
    <input
      class="slds-input"
      id="${id}"
      name="${field.name}"
      type="${field.type}"
      autocomplete="${field.autocomplete}"
      autocapitalize="none"
      spellcheck="false"
      ${attributes(field)}
    />
  </div> `
}

function attributes({ value, error, inputmode, maxlength, focus, readonly }: Field): Html {
  const pairs = { value, inputmode, maxlength, 'aria-describedby': error, 'aria-invalid': error && 'true' }
  const valued = Object.entries(pairs).map(([name, each]) => html`${attribute(name, each)}`)
  return html`${valued}${readonly ? html` readonly` : html` aria-required="true"`}${focus === true && html` autofocus`}`
}

function attribute(name: string, value: string | number | undefined): Part {
  return value !== undefined && html` ${name}="${value}"`
}

export type Checkbox = { readonly id: string; readonly label: string; readonly checked: boolean }

/** Posted under its id, with the value `on`, only if checked. */
export function checkbox({ id, label, checked }: Checkbox): Html {
  return html`<div class="slds-form-element sp-checkbox">
    <input id="${id}" name="${id}" type="checkbox" value="on" ${checked && html` checked`} /><label for="${id}"
      >${label}</label
    >
  </div> `
}

export type Button = {
  /** Both id and name, since scripts use either (SF-87). */
  readonly id: string
  readonly label: string
  readonly variant: 'brand' | 'neutral'
}

/** An `<input>`, not a `<button>`: scripts look for `input#…` (SF-87, SF-90). */
export function submit({ id, label, variant }: Button): Html {
  return html`<input
    class="slds-button slds-button_${variant}"
    id="${id}"
    name="${id}"
    type="submit"
    value="${label}"
  /> `
}
