import { checkRules } from '@x/provider-bedrock'

/** The rules of the request check as the table of docs/doctor.md. */
export function ruleTable(): string {
  const rows = Object.entries(checkRules).map(
    ([name, [rule, source]]) => `| \`${name}\` | ${cell(rule)} | ${cell(source)} |`,
  )
  return ['| rule | what it says | source |', '| --- | --- | --- |', ...rows].join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
