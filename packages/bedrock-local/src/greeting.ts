import type { BedrockLocal } from './start-bedrock-local.js'

/** What the command says when it starts: how the JavaScript SDK, boto3 and the AWS CLI come to use the endpoint. */
export function greeting({ url, env }: Pick<BedrockLocal, 'url' | 'env'>, certificateFile?: string): string {
  const trust = certificateFile === undefined ? '' : ` --cacert ${certificateFile}`
  return [
    `A local Bedrock Runtime endpoint listens on ${url}. Stop it with Ctrl+C.`,
    '',
    'Any AWS SDK and the AWS CLI use it after:',
    '',
    ...toExports(env),
    '',
    '  # boto3 and the AWS CLI read the region from here',
    ...toExports({ AWS_DEFAULT_REGION: env.AWS_REGION ?? '' }),
    ...(certificateFile === undefined
      ? []
      : [
          '',
          '  # whom to trust: Node.js, then boto3 and the AWS CLI',
          ...toExports({ NODE_EXTRA_CA_CERTS: certificateFile, AWS_CA_BUNDLE: certificateFile }),
        ]),
    '',
    'Then, for one:',
    '',
    '  JavaScript  new BedrockRuntimeClient()',
    "  Python      boto3.client('bedrock-runtime')",
    `  CLI         aws bedrock-runtime converse --model-id us.amazon.nova-lite-v1:0 \\`,
    `                --messages '[{"role":"user","content":[{"text":"Hello"}]}]'`,
    `  Status      curl${trust} ${url}/__local`,
    '',
  ].join('\n')
}

function toExports(values: { readonly [name: string]: string }): string[] {
  return Object.entries(values).map(([name, value]) => `  export ${name}=${value}`)
}
