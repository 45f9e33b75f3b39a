import type { JsonValue } from '@x/types'

/** Names that a store may take for something else, or for each other. */
export const oddNames: readonly string[] = [
  ...['a', 'A', 'a ', ' a', 'a/b', 'a\\b', 'a:b', 'a|b', 'a*?<>"b', 'a%b', 'a_b', 'a%2fb', 'a%2Fb', 'a.b', "a'b;--"],
  ...['.', '..', '../a', '../../etc/passwd', '/a', 'a/', 'a//b', '~', '-rf', 'con', 'nul.txt', 'a.session', 'a.lock'],
  ...['__proto__', 'constructor', 'toString', 'null', 'undefined', '0', '{}', '*', '[a]', '\n', 'a\nb', '\t'],
  ...['\u00e4', 'a\u0308', 'straße', 'strasse', 'İ', 'ı', '日本語', '🙂', '👩‍👩‍👧', '\u202e', '\ufeffa'],
  ...['x'.repeat(255), `${'x'.repeat(255)}y`, 'X'.repeat(255), '🙂'.repeat(200)],
]

/** JSON that is lost or changed where somebody is not careful. */
export const oddValues: readonly JsonValue[] = [
  ...[
    '',
    ' ',
    'null',
    '"',
    '\\',
    '\n',
    '\r\n',
    '\u0000',
    '\u001f',
    '\u2028',
    '\ud800',
    '🙂',
    '\ufeff',
    "';--",
    '$1',
    '%s',
  ],
  ...[0, -1, 1.5, 1e21, 5e-324, Number.MAX_SAFE_INTEGER, 0.1 + 0.2, true, false, null],
  ...[[], {}, [[]], [null], { a: null }, { '': '' }, { 'a.b': 1, $set: 2, 'ä ö': 3 }, { constructor: 1, toString: 2 }],
  JSON.parse('{"__proto__": {"polluted": true}, "then": 1, "toJSON": "text", "length": 3}') as JsonValue,
  JSON.parse(`${'['.repeat(100)}1${']'.repeat(100)}`) as JsonValue,
]
