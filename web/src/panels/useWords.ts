// Values of fields as words in the reader's language.
import type { Json } from '../api/types'
import { fieldValue, type Language, type ValueField } from '../figures/format'
import { titleOf } from '../media/entries'
import { useRegister } from '../state/register'
import { useText } from '../text'

export function useWords() {
  const register = useRegister()
  const { t, locale, title } = useText()
  const value = (content: Json | undefined, field?: ValueField): string =>
    fieldValue(field && 'files' in field && Array.isArray(content) ? content.map((one) => (typeof one === 'string' ? titleOf(one) : one)) : content, field, register.lists, locale.value as Language, {
      yes: t('app.yes'),
      no: t('app.no'),
      none: t('app.none'),
    })
  const layerTitle = (name: string): string => title(register.layers.get(name)?.title) || name
  /** What a thing is called; one that has only a code is called by its layer and that code. */
  const called = (thing: { layer: string; label: string | null }): string =>
    thing.label && /\p{Script=Han}|^[^\d]/u.test(thing.label) ? thing.label : [layerTitle(thing.layer), thing.label].filter(Boolean).join(' ')
  const fieldOf = (layer: string, name: string) => register.layers.get(layer)?.fields.find((field) => field.name === name)
  return { value, layerTitle, called, fieldOf }
}
