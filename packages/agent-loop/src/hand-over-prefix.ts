/** Of the tools of `handoff()`. Who is at work is read from their calls, so whoever shortens a history keeps the last. */
export const handOverPrefix = 'hand_over_to_'
