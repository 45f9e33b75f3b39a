import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HostAddress } from '../src/http-address.js'
import { isPublicAddress, resolveHost } from '../src/http-address.js'

const resolver =
  (...addresses: string[]) =>
  async (): Promise<HostAddress[]> =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

describe('isPublicAddress', () => {
  it.each([
    ['unspecified', '0.0.0.0', '0.1.2.3', '::'],
    ['private', '10.0.0.0', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1', '192.168.255.255'],
    ['CGNAT', '100.64.0.1', '100.100.100.200', '100.127.255.255'],
    ['loopback', '127.0.0.1', '127.255.255.254', '::1', '0:0:0:0:0:0:0:1'],
    [
      'link-local and metadata',
      '169.254.0.1',
      '169.254.169.254',
      '169.254.170.2',
      '168.63.129.16',
      'fe80::1',
      'febf::1',
    ],
    [
      'documentation and benchmarks',
      '192.0.2.1',
      '198.18.0.1',
      '198.51.100.1',
      '203.0.113.1',
      '2001:db8::1',
      '3fff::1',
    ],
    ['assignments', '192.0.0.192', '192.88.99.1', '2001::1', '2001:10::1', '2001:1ff::1'],
    ['multicast, reserved and broadcast', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255', 'ff02::1'],
    ['IPv4-mapped and -compatible', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:7f00:1', '::ffff:a00:1', '::8.8.8.8'],
    ['NAT64', '64:ff9b::8.8.8.8', '64:ff9b::7f00:1', '64:ff9b:1::1'],
    ['6to4 and Teredo', '2002:7f00:1::', '2002:808:808::1', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['unique-local and site-local', 'fc00::1', 'fd00:ec2::254', 'fdff:ffff::1', 'fec0::1'],
    ['outside of what is given out', '100::1', '1fff::1', '4000::1', '5f00::1', 'e000::1'],
    ['no address', '', 'localhost', 'fe80::1%eth0', '2606:4700::1%1', '1.2.3', '0x7f.0.0.1', '127.0.0.1 ', '[::1]'],
  ])('refuses %s addresses', (_kind, ...addresses) => {
    expect(addresses.filter(isPublicAddress)).toEqual([])
  })

  it('takes addresses of the public internet, those beside the refused ranges too', () => {
    const addresses = [
      ...['1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255'],
      ...['128.0.0.0', '169.253.255.255', '172.15.255.255', '172.32.0.0', '192.167.255.255', '223.255.255.255'],
      ...['2606:4700:4700::1111', '2001:4860:4860::8888', '2a00:1450::1', '2001:200::1', '2003::1', '3ffe::1'],
    ]
    expect(addresses.filter((address) => !isPublicAddress(address))).toEqual([])
  })

  it('refuses every address that carries an IPv4 address inside', () => {
    void fc.assert(
      fc.property(fc.ipV4(), (address) => {
        for (const prefix of ['::ffff:', '::', '64:ff9b::', '64:ff9b:1::']) {
          expect(isPublicAddress(`${prefix}${address}`)).toBe(false)
        }
      }),
    )
  })
})

describe('resolveHost', () => {
  it('gives all addresses of a public host', async () => {
    const lookup = resolver('93.184.216.34', '2606:4700::1')
    expect(await resolveHost('example.com', { lookup })).toEqual([
      { address: '93.184.216.34', family: 4 },
      { address: '2606:4700::1', family: 6 },
    ])
  })

  it('refuses a host with one special address among public ones, and does not tell it', async () => {
    const refusal = resolveHost('inside.test', { lookup: resolver('93.184.216.34', '10.1.2.3') })
    await expect(refusal).rejects.toMatchObject({ code: 'access-denied' })
    await expect(refusal).rejects.not.toThrow('10.1.2.3')
  })

  it('does not ask a resolver for an address, and checks it', async () => {
    const lookup = () => Promise.reject(new Error('asked'))
    await expect(resolveHost('127.0.0.1', { lookup })).rejects.toMatchObject({ code: 'access-denied' })
    await expect(resolveHost('[::ffff:7f00:1]', { lookup })).rejects.toMatchObject({ code: 'access-denied' })
    expect(await resolveHost('1.1.1.1', { lookup })).toEqual([{ address: '1.1.1.1', family: 4 }])
    expect(await resolveHost('[::1]', { lookup, allowPrivate: true })).toEqual([{ address: '::1', family: 6 }])
  })

  it('says when there is no such host, and when a resolver gives no address', async () => {
    const failing = () => Promise.reject(new Error('ENOTFOUND'))
    for (const lookup of [failing, resolver(), resolver('not an address')]) {
      await expect(resolveHost('none.test', { lookup, allowPrivate: true })).rejects.toMatchObject({
        code: 'network',
        message: 'The host none.test could not be found. Check its spelling.',
      })
    }
  })

  it('asks the operating system unless told otherwise', async () => {
    const [first] = await resolveHost('localhost', { allowPrivate: true })
    expect(['127.0.0.1', '::1']).toContain(first?.address)
    await expect(resolveHost('localhost', {})).rejects.toMatchObject({ code: 'access-denied' })
  })
})
