import { bedrock, extract } from '@x/agent'
import { z } from 'zod'

const productAnalysis = z.object({
  name: z.string().describe('Product name'),
  price: z.number().describe('Price in USD'),
  rating: z.number().min(1).max(5).describe('Customer rating 1-5'),
})

// The answer is asked for in the best way that the model takes, checked, and asked for again if it does not fit.
const { output } = await extract({
  model: bedrock(),
  schema: productAnalysis,
  prompt: 'Analyze this product. Name: UltraBook Pro, price 1299, rating 4.5.',
})
const { name, price, rating }: { name: string; price: number; rating: number } = output
console.log(name, price, rating)

/* prints
UltraBook Pro 1299 4.5
*/
