/** What a text is about: its words in small letters, cut to their stems, without those that say nothing. */
export function stemsOf(text: string): readonly string[] {
  const words = text
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu)
  return [...new Set((words ?? []).filter((word) => !emptyWords.has(word)).map(stem))]
}

/** Whether two stems mean the same: one word, one long beginning, or one row of the table below. */
export function related(left: string, right: string): boolean {
  if (left === right || sharesBeginning(left, right)) return true
  return fields.some((field) => field.has(left) && field.has(right))
}

function sharesBeginning(left: string, right: string): boolean {
  let length = 0
  while (length < left.length && left[length] === right[length]) length++
  return length >= 6 && length / Math.max(left.length, right.length) > 0.75
}

function stem(word: string): string {
  return word.length > 4 ? word.replace(/(?:ies|es|s|ing|ed|er|est|e)$/, '') : word
}

const emptyWords = new Set(
  `a an and any are as at be but by can could current do does for from get give given go good has have how i if in into
  is it its just like me more much my need no not now of on one or our please return returns right say she should show
  so some tell than that the their them then there these they this to tool up us use used using was we what when where
  which who why will with would you your`.split(/\s+/),
)

/** Words that tools and questions use for one another. */
const fields: readonly ReadonlySet<string>[] = [
  'weather temperature warm cold hot cool rain sun sunny snow wind forecast degrees celsius fahrenheit climate humid',
  'time clock hour timezone date today oclock',
  'search find look lookup retrieve query browse',
  'email mail send message write',
  'file read open folder directory document',
  'price cost expensive cheap worth stock quote share',
  'customer client user person contact account',
  'order purchase shipment delivery track package parcel',
  'currency exchange convert euros dollars rate',
  'book reserve reservation booking flight hotel table',
  'remember note save store memory',
  'delete remove erase cancel',
  'add sum plus total',
  'multiply product times',
].map((row) => new Set(row.split(' ').map(stem)))
