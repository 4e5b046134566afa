// Which rules are about names: names themselves (N), signs (S), door plates (D).
export const isOfNames = (rule: string): boolean => /^[NSD]\d/.test(rule)
