import { describe, expect, it } from 'vitest'
import { inferenceProfilesIn } from '../src/inference-profiles.js'
import { findModel, foundationModels, statusOn } from '../src/models.js'
import { quirksOf } from '../src/quirks.js'

describe('the table of models', () => {
  it('holds models that the rules know, each once', () => {
    const ids = foundationModels.map(({ modelId }) => modelId)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.filter((id) => quirksOf(id).family === undefined)).toEqual([])
  })

  it('has a way to call each', () => {
    expect(foundationModels.filter(({ inferenceTypesSupported }) => inferenceTypesSupported.length === 0)).toEqual([])
  })

  it('agrees with the rules on what a model can be shown', () => {
    const wrong = foundationModels.filter(({ modelId, inputModalities }) => {
      const { refusedBlocks = [] } = quirksOf(modelId)
      return (
        (inputModalities.includes('IMAGE') && refusedBlocks.includes('image')) ||
        (inputModalities.includes('VIDEO') && refusedBlocks.includes('video'))
      )
    })
    expect(wrong).toEqual([])
  })

  it('tells the life of a model', () => {
    const sonnet4 = findModel('anthropic.claude-sonnet-4-20250514-v1:0')
    if (!sonnet4) throw new Error('It is not in the table.')
    expect(statusOn(sonnet4, new Date('2026-04-13'))).toBe('ACTIVE')
    expect(statusOn(sonnet4, new Date('2026-04-14'))).toBe('LEGACY')
    expect(statusOn(sonnet4, new Date('2026-10-14'))).toBe('gone')
  })

  it('lists the profiles of a region', () => {
    const ids = (region: string) => inferenceProfilesIn(region).map(({ inferenceProfileId }) => inferenceProfileId)
    expect(ids('eu-west-1')).toContain('eu.anthropic.claude-sonnet-4-5-20250929-v1:0')
    expect(ids('eu-west-1')).toContain('global.anthropic.claude-sonnet-4-5-20250929-v1:0')
    expect(ids('eu-west-1').filter((id) => id.startsWith('us.'))).toEqual([])
    expect(new Set(ids('us-gov-west-1').map((id) => id.split('.')[0]))).toEqual(new Set(['us-gov']))
    expect(inferenceProfilesIn('us-east-1')[0]?.inferenceProfileName).toBe('US Anthropic Claude Fable 5')
  })
})
