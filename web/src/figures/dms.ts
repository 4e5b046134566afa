// Angles as people write them: degrees, minutes and seconds, and decimal degrees.

/** 25.0512 → 25°03′04.32″; `digits` decimals of a second (2 ≈ 0.3 m). */
export function toDms(degrees: number, digits = 2): string {
  const unit = 10 ** digits
  const total = Math.round(Math.abs(degrees) * 3600 * unit)
  const seconds = (total % (60 * unit)) / unit
  const minutes = Math.floor(total / (60 * unit)) % 60
  const whole = Math.floor(total / (3600 * unit))
  const width = digits > 0 ? digits + 3 : 2
  return `${String(whole)}°${String(minutes).padStart(2, '0')}′${seconds.toFixed(digits).padStart(width, '0')}″`
}

/** A longitude with its hemisphere: 102°42′14.83″E. Longitudes beyond ±180 are brought back. */
export function lonDms(lon: number, digits = 2): string {
  const turned = ((((lon + 180) % 360) + 360) % 360) - 180
  return `${toDms(turned, digits)}${turned < 0 ? 'W' : 'E'}`
}

/** A latitude with its hemisphere. */
export function latDms(lat: number, digits = 2): string {
  return `${toDms(lat, digits)}${lat < 0 ? 'S' : 'N'}`
}
