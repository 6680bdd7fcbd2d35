/** One user a grant: the sixth approval of one user would end the first (SF-209). */
export const userNamed = (nth: number): string => `user${nth}@test.example`

export function manyUsers(count: number): readonly { readonly username: string }[] {
  return Array.from({ length: count }, (_, nth) => ({ username: userNamed(nth) }))
}
