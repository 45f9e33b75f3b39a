import { fromProvider, image, pdf } from '@x/agent'
import { startBedrockLocal } from '@x/bedrock-local'
import { z } from 'zod'

const local = await startBedrockLocal({ reply: [JSON.stringify({ total: 12.5 })] })
const client = fromProvider('bedrock/us.anthropic.claude-sonnet-4-6', { endpoint: local.url })

// From bytes, base64, data URLs or S3 URIs; imageFile and pdfFile of @x/structured/media-file read files. Nothing is
// fetched from the web.
const scan =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='
const receipt = await client.create({
  schema: z.object({ total: z.number() }),
  messages: [
    {
      role: 'user',
      content: ['What is the total?', image(scan), pdf(Buffer.from('%PDF-1.7 …'), { name: 'receipt_2026.pdf' })],
    },
  ],
})
console.log(receipt.total)
const [, picture, document] = local.requests[0]?.body.messages?.[0]?.content ?? []
console.log(picture?.image?.format, document?.document?.name)

try {
  image('https://example.com/scan.png')
} catch (error) {
  console.log((error as Error).message)
}
await local.close()

/* prints
12.5
png receipt2026pdf
The image is a URL, and nothing is fetched from the web here.
*/
