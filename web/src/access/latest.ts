// One question at a time, the newest next: while something is dragged, answers keep coming and none is about the past.

export function latest<Ask, Answer>(ask: (what: Ask) => Promise<Answer>, told: (answer: Answer, what: Ask) => void, failed: (cause: unknown) => void, idle: () => void) {
  let next: { what: Ask } | null = null
  let busy = false
  let turn = 0

  async function work(): Promise<void> {
    busy = true
    while (next) {
      const { what } = next
      next = null
      const mine = turn
      try {
        const answer = await ask(what)
        if (mine === turn) told(answer, what)
      } catch (cause) {
        if (mine === turn && next === null) failed(cause)
      }
    }
    busy = false
    idle()
  }
  return {
    run(what: Ask): void {
      next = { what }
      if (!busy) void work()
    },
    /** What is under way no longer counts. */
    drop(): void {
      turn += 1
      next = null
    },
  }
}
