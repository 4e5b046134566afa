// The shared tokens (tiles/style/tokens.json) as CSS variables: --colour-ink, --size-top-bar, …
// Set through the CSSOM before the page is drawn, which a strict content security policy allows.
import tokens from '../../../tiles/style/tokens.json'

export { tokens }

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

export function applyTokens(root: HTMLElement): void {
  for (const [name, value] of Object.entries(tokens.colour)) root.style.setProperty(`--colour-${kebab(name)}`, value)
  for (const [name, value] of Object.entries(tokens.map)) root.style.setProperty(`--map-${kebab(name)}`, value)
  for (const [name, value] of Object.entries(tokens.size)) {
    root.style.setProperty(`--size-${kebab(name)}`, `${String(value)}px`)
  }
  for (const [name, value] of Object.entries(tokens.font)) {
    root.style.setProperty(`--font-${name}`, value.map((font) => (font.includes(' ') ? `"${font}"` : font)).join(','))
  }
  const colour = tokens.colour
  for (const [name, value] of Object.entries({
    '--el-color-primary': colour.accent,
    '--el-color-primary-dark-2': colour.accentDark,
    '--el-color-primary-light-3': '#3f8a86',
    '--el-color-primary-light-5': '#7fb3b0',
    '--el-color-primary-light-7': '#b5d3d1',
    '--el-color-primary-light-8': '#cfe2e1',
    '--el-color-primary-light-9': colour.accentSoft,
    '--el-color-danger': colour.red,
    '--el-color-warning': colour.amber,
    '--el-color-success': colour.green,
    '--el-text-color-primary': colour.ink,
    '--el-text-color-regular': colour.ink,
    '--el-text-color-secondary': colour.ink2,
    '--el-text-color-placeholder': colour.ink3,
    '--el-color-info': colour.ink2,
    '--el-border-color': colour.rule2,
    '--el-border-color-light': colour.rule,
    '--el-border-color-lighter': colour.rule,
    '--el-bg-color': colour.panel,
    '--el-border-radius-base': '3px',
    '--el-border-radius-small': '2px',
    '--el-font-size-base': '14px',
  })) {
    root.style.setProperty(name, value)
  }
}
