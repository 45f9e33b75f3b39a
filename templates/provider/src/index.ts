export type { AcmeCloudConfig, AcmeCloudModel } from './acme-cloud.js'
export { acmeCloud } from './acme-cloud.js'
