export type { CheckModelOptions, ModelReport } from './check-model.js'
export { checkModel, formatReport } from './check-model.js'
export type { ScriptedAnswer, ScriptedConfig, ScriptedModel, ScriptedOptions, ScriptedTurn } from './scripted-model.js'
export { scriptedModel } from './scripted-model.js'
