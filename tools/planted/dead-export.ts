export const used = 1
export const nobodyImportsThis = 2
