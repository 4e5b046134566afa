// Which of the chosen files is the picture and which say where it lies. Pure.
const PICTURES = ['tif', 'tiff', 'jpg', 'jpeg', 'png', 'bmp', 'webp', 'jp2', 'img']
const PLACES = ['tfw', 'tifw', 'jgw', 'jpgw', 'pgw', 'pngw', 'wld', 'prj']
export const ACCEPT = [...PICTURES, ...PLACES].map((ending) => `.${ending}`).join(',')

const parts = (name: string): [string, string] => {
  const at = name.lastIndexOf('.')
  return at < 0 ? [name, ''] : [name.slice(0, at), name.slice(at + 1).toLowerCase()]
}

export interface Sorted<T> {
  picture: T | null
  /** files that belong to it */
  places: T[]
  /** what is neither, or another picture */
  others: T[]
}

/** The first picture, the files of its name, and the rest. */
export function sorted<T extends { name: string }>(files: readonly T[]): Sorted<T> {
  const picture = files.find(({ name }) => PICTURES.includes(parts(name)[1])) ?? null
  const stem = picture ? parts(picture.name)[0].toLowerCase() : null
  const belongs = (file: T) => PLACES.includes(parts(file.name)[1]) && parts(file.name)[0].toLowerCase() === stem
  const places = files.filter((file) => file !== picture && belongs(file))
  return { picture, places, others: files.filter((file) => file !== picture && !places.includes(file)) }
}

export const titleOf = (name: string): string => parts(name)[0]
