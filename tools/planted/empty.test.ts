export const aTestFileWithoutTests = true
