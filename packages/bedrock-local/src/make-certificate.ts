import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import {
  toBitString,
  toInteger,
  toObjectId,
  toOctetString,
  toSequence,
  toSet,
  toTagged,
  toTime,
  toTrue,
  toUtf8String,
} from './to-der.js'

/** Both as PEM. */
export interface Certificate {
  readonly key: string
  readonly cert: string
}

/**
 * A certificate for `localhost`, `127.0.0.1` and `::1` that vouches for itself (X.509 v3, P-256, RFC 5280). It is no
 * authority: whoever trusts it trusts this one server, and its key never leaves the process. Valid for 30 days.
 */
export function makeCertificate(now: Date = new Date()): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const subjectKey = publicKey.export({ type: 'spki', format: 'der' })
  const name = toSequence(toSet(toSequence(toObjectId(ids.commonName), toUtf8String('bedrock-local'))))
  const certified = toSequence(
    toTagged(0, true, toInteger(Uint8Array.of(2))), // Version 3.
    toInteger(randomBytes(16)),
    ecdsaWithSha256,
    name,
    toSequence(toTime(new Date(now.getTime() - clockSkewMs)), toTime(new Date(now.getTime() + validForMs))),
    name,
    subjectKey,
    toTagged(3, true, toSequence(...toExtensions(subjectKey))),
  )
  const signature = toBitString(sign('sha256', certified, privateKey))
  return {
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    cert: toPem(toSequence(certified, ecdsaWithSha256, signature)),
  }
}

const validForMs = 30 * 24 * 3600 * 1000
const clockSkewMs = 3600 * 1000

const ids = {
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
}

const ecdsaWithSha256 = toSequence(toObjectId(ids.ecdsaWithSha256))
// GeneralName: 2 is a DNS name, 7 an address of 4 or 16 bytes.
const names = [
  toTagged(2, false, Buffer.from('localhost')),
  toTagged(7, false, Uint8Array.of(127, 0, 0, 1)),
  toTagged(7, false, new Uint8Array(16).fill(1, 15)),
]
const digitalSignature = toBitString(Uint8Array.of(0x80), 7)

function toExtensions(subjectKey: Uint8Array): Buffer[] {
  const keyId = createHash('sha1').update(subjectKey).digest()
  return [
    toExtension(ids.subjectAltName, toSequence(...names)),
    toExtension(ids.basicConstraints, toSequence(), true),
    toExtension(ids.keyUsage, digitalSignature, true),
    toExtension(ids.extendedKeyUsage, toSequence(toObjectId(ids.serverAuth))),
    toExtension(ids.subjectKeyIdentifier, toOctetString(keyId)),
  ]
}

function toExtension(id: string, value: Uint8Array, critical = false): Buffer {
  return toSequence(toObjectId(id), ...(critical ? [toTrue()] : []), toOctetString(value))
}

function toPem(der: Buffer): string {
  const lines = der.toString('base64').replace(/.{64}(?=.)/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}
