/** Names in a text, in order, each once: capitalised words and runs of them, such as "Oslo" or "Rio de Janeiro". */
export function entitiesIn(text: string): readonly string[] {
  const found: string[] = []
  for (const match of text.matchAll(capitalisedRun)) {
    const run = startsSentence(text, match.index)
      ? withoutStarter(match[0], text.slice(match.index, match.index + 200))
      : match[0]
    const name = run.replace(/['’]s$|[.'’-]+$/u, '')
    if (name !== '' && !neverNames.has(name.toLowerCase()) && !found.includes(name)) found.push(name)
  }
  return found
}

/** The parts of a text that ask for one thing each. */
export function clausesOf(text: string): readonly string[] {
  const clauses = text.split(clauseEnd).map((clause) => clause.trim())
  return clauses.filter((clause) => clause !== '')
}

const word = String.raw`\p{Lu}[\p{L}\p{M}\p{N}'’-]*`
const capitalisedRun = new RegExp(`${word}(?:\\s+(?:(?:de|da|do|del|la|le|of|van|von)\\s+)?${word})*`, 'gu')

const starterSet: ReadonlySet<string> = new Set(
  `a add also am an and any are as ask at book but calculate check choose classify compare compute convert
  count create describe did do does draw email explain extract fetch find for from generate get give good has have he
  hello here hey hi his how i if in is it its let list look mail make may my name no now of on open our please plan
  read remember reply report roll save say search send she show so sum summarise summarize take tell thanks that the
  their then there these they this to today tomorrow translate try use was we were what when where which who why will
  with would write yes you your can could should`.split(/\s+/),
)

/** Written with a capital, but the name of nothing that a tool would be asked about. */
const neverNames: ReadonlySet<string> = new Set(
  `fahrenheit celsius kelvin monday tuesday wednesday thursday friday saturday sunday january february march april may
  june july august september october november december i i'm i’m json ok`.split(/\s+/),
)

const clauseEnd = new RegExp(
  String.raw`[.?!]+(?:\s+|$)|[;\n]+|,?\s+(?:and|then|but)(?:\s+(?:also|then))?\s+(?=(?:${[
    'what|who|how|when|where|which|is|are|does|did|can|could|will|please|tell|give|show|convert|add|send|book|find',
    'list|compare|calculate|compute|check|search|get|write|read|look|remember|delete|cancel|work',
  ].join('|')})\b)`,
  'iu',
)

function startsSentence(text: string, index: number): boolean {
  // What stands between two sentences is short; looking further back would cost the square of the text's length.
  const before = text.slice(Math.max(0, index - 10), index).replace(/[\s"'“(]+$/u, '')
  return before === '' || /[.?!:;]$/.test(before) || /\n[\s"'“(]*$/u.test(text.slice(Math.max(0, index - 10), index))
}

/** The first word of a sentence has its capital anyway: it is a name if no common opening and if what follows says so. */
function withoutStarter(run: string, sentence: string): string {
  const [first = '', ...rest] = run.split(/\s+/)
  if (starterSet.has(first.toLowerCase())) return rest.join(' ')
  return rest.length > 0 || afterName.test(sentence.slice(first.length)) ? run : ''
}

/** Punctuation, a list, or a verb in the third person. */
const afterName = /^(?:\s*[^\s\p{L}]|\s*$|\s+(?:and|or|vs|than)\b|\s+\p{Ll}+(?:s|ed|ill|an)\b)/u
