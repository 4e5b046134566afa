// Names of classes, limits and changes as they stand in panels and lists.
import type { Change, Limit } from '../../api/access'
import { isRequired } from '../../access/choice'
import { useAccess } from '../../state/access'
import { useText } from '../../text'

export function useTitles() {
  const access = useAccess()
  const { t, title } = useText()

  const classTitle = (id: string): string => {
    if (id === 'required') return t('access.required')
    if (isRequired(id)) return t('access.requiredOf', { level: id.slice('required-'.length) })
    return title(access.catalogue?.classes.find((one) => one.id === id)?.title) || id
  }
  const limitText = ({ minutes, metres }: Limit): string => (minutes !== undefined ? t('access.minutesOf', { minutes }) : metres !== undefined ? t('access.metresOf', { metres }) : '')
  const minutesText = (minutes: number | null): string => (minutes === null ? t('access.unreachable') : t('access.minutesOf', { minutes: minutes.toFixed(1) }))
  const facilityName = (id: string): string => access.coverage?.facilities.find((one) => one.id === id)?.name ?? id.slice(-6)

  function changeText(change: Change): string {
    switch (change.kind) {
      case 'add':
        return t('access.change.add', { class: classTitle(change.class ?? access.choice.class), name: change.name ? `“${change.name}”` : '' })
      case 'close':
      case 'run':
      case 'move':
        return t(`access.change.${change.kind}`, { name: facilityName(change.facility) })
      case 'extend':
        return t('access.change.extend', { name: facilityName(change.facility), by: change.by })
      case 'open_gate':
        return t('access.change.open_gate')
      case 'add_gate':
        return t('access.change.add_gate', { compound: access.homes?.compounds.find(({ id }) => id === change.compound)?.name ?? '' })
      case 'link':
        return t('access.change.link')
    }
  }
  return { classTitle, limitText, minutesText, changeText }
}
