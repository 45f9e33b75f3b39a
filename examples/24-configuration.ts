import { Agent, bedrock } from '@x/agent'

// The region wins over the environment. Whatever else the AWS client takes goes into `clientConfig`.
const model = bedrock('us.anthropic.claude-sonnet-4-6', {
  region: 'us-east-1',
  temperature: 0.3,
  maxTokens: 2000,
  stopSequences: ['###', 'END'],
  clientConfig: { retryMode: 'standard', maxAttempts: 3 },
})

const response = await new Agent({ model }).run('Write a short story about an AI assistant.')
console.log(response.status)
console.log(JSON.stringify(model.config))

/* prints
done
"temperature":0.3,"stopSequences":["###","END"]
*/
