// Ids of new records: ULIDs, so that ids made later come later.
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

export function freshId(now = Date.now()): string {
  let time = now
  let head = ''
  for (let at = 0; at < 10; at += 1) {
    head = LETTERS.charAt(time % 32) + head
    time = Math.floor(time / 32)
  }
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return head + Array.from(bytes, (byte) => LETTERS.charAt(byte % 32)).join('')
}
