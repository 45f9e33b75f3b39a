import { Agent, bedrock, textOf } from '@x/agent'

// Your own keys, or a function that gives them. They are never part of `model.config`, of messages or of errors.
const model = bedrock('us.anthropic.claude-sonnet-4-6', {
  region: 'us-west-2',
  credentials: {
    accessKeyId: 'your_access_key',
    secretAccessKey: 'your_secret_key',
    sessionToken: 'your_session_token',
  },
})

const result = await new Agent({ model }).run('Say hello to Ann.')
console.log(textOf(result))
console.log(JSON.stringify(model.config))

/* prints
Ann
{"modelId":"us.anthropic.claude-sonnet-4-6","region":"us-west-2"}
*/
