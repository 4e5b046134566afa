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

  /** Brings a file of one layer in, as proposed, without the page. */
  async bringIn(name, text, layer) {
    const sent = await fetch(`${this.address}/api/v1/uploads?name=${encodeURIComponent(name)}`, { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: text })
    const { upload, sources } = await sent.json()
    const trial = await this.send('POST', '/api/v1/imports/preview', { upload, file: sources[0].file, layer, crs: 'EPSG:4490' })
    await this.ended(trial.id)
    const { id } = await this.send('POST', `/api/v1/imports/${trial.id}/accept`, { by: '李四', reason: '入库' })
    return (await this.ended(id)).outcome
  }

  /** Asks after a job until `fits`. */
  async watch(id, fits) {
    const deadline = Date.now() + 120_000
    for (;;) {
      const job = await this.ask(`/api/v1/jobs/${id}`)
      if (fits(job)) return job
      if (Date.now() > deadline) throw new Error(`job ${id} is ${job.state}: ${JSON.stringify(job.progress)}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  ended(id) {
    return this.watch(id, ({ state }) => ['done', 'failed', 'cancelled'].includes(state))
  }

  /** Until a job is at a stage, or has ended. */
  reaches(id, stage) {
    return this.watch(id, ({ state, progress }) => progress.stage?.zh === stage || ['done', 'failed', 'cancelled'].includes(state))
  }

  async register() {
    return this.ask('/api/v1/register')
  }

  /** The first hit for a name or code, in a layer if one is given. */
  async find(text, layer) {
    const { features } = await this.ask(`/api/v1/search?q=${encodeURIComponent(text)}&limit=50`)
    const results = features.map(({ geometry, properties }) => ({
      ...properties.record,
      label: properties.geocoding.name,
      at: geometry?.coordinates ?? null,
    }))
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
