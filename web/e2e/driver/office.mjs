// Another desk of the office: changes and questions over HTTP, beside the page that is being tried.
export class Office {
  constructor(address) {
    this.address = address
  }

  async ask(path) {
    const response = await fetch(this.address + path)
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response.json()
  }

  async send(method, path, body, headers = {}) {
    const response = await fetch(this.address + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    const answer = await response.json()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`)
    return answer
  }

  async register() {
    return this.ask('/api/v1/register')
  }

  /** The first hit for a name or code, in a layer if one is given. */
  async find(text, layer) {
    const { results } = await this.ask(`/api/v1/search?q=${encodeURIComponent(text)}&limit=50`)
    const hit = results.find((one) => !layer || one.layer === layer)
    if (!hit) throw new Error(`nothing called ${text} in ${layer ?? 'any layer'}`)
    return hit
  }

  async record(hit) {
    return this.ask(`/api/v1/layers/${hit.layer}/records/${hit.id}`)
  }

  /** Changes fields of a record; gives the new revision. */
  async change(hit, set, reason, document, geometry) {
    const { etag } = await this.record(hit)
    const body = { set, by: '李四', reason, ...(document && { document }), ...(geometry && { geometry }) }
    const answer = await this.send('PATCH', `/api/v1/layers/${hit.layer}/records/${hit.id}`, body, { 'if-match': etag })
    return answer.revision
  }
}
