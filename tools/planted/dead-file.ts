export const nobodyImportsThisFile = true
