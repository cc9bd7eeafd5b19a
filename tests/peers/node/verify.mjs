// Independent implementations behind one pipe.
//
// Reads requests from standard input, one JSON object a line, `{"act": …, …}`, and answers each
// with one line: `{"answer": …}`, or `{"fault": …}` where this script itself failed. A refused
// badge is an answer. The first request is `contexts`: the JSON-LD contexts for the whole run.
//
// Documents come with the request (`documents`: https address -> text) and from nowhere else.

import {attempts} from './offline.mjs';

import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {BitstringStatusList, checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {defaultDocumentLoader, issue, verifyCredential} from '@digitalbazaar/vc';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {createInterface} from 'node:readline';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {furtherActs} from './suites.mjs';
import http from 'node:http';
import net from 'node:net';
import {promises as dns} from 'node:dns';
import * as jose from 'jose';

let contexts = new Map();

/** The https address of a did:web (its specification, "Read"); any other address is its own. */
function addressOf(url) {
  if(!url.startsWith('did:web:')) {
    return url;
  }
  const [host, ...path] = url.slice('did:web:'.length).split(':').map(decodeURIComponent);
  return `https://${host}/${path.length ? path.join('/') : '.well-known'}/did.json`;
}

/** A document loader that knows the given documents and notes in `asked` what was wanted. */
function loader(documents, asked) {
  const known = new Map(Object.entries(documents));
  return async url => {
    asked.push(url);
    const remote = document => ({contextUrl: null, documentUrl: url, document});
    if(contexts.has(url)) {
      return {...remote(contexts.get(url)), tag: 'static'};
    }
    const [controller, fragment] = url.split('#');
    const text = known.get(addressOf(controller));
    if(text === undefined) {
      throw new Error(`there is no document for ${url}`);
    }
    const document = JSON.parse(text);
    if(fragment === undefined) {
      return remote(document);
    }
    // The loader stands in for a DID resolver, so it does what Controlled Identifiers asks of
    // one ("Retrieve Verification Method"): right document, right method, right controller.
    const method = document.verificationMethod?.find(({id}) => id === url);
    if(document.id !== controller || method?.controller !== controller) {
      throw new Error(`${controller} has no verification method ${url}`);
    }
    return remote(method);
  };
}

/** All messages of an error, of the errors inside it, and the codes of JSON-LD's safe mode. */
function messages(error) {
  if(!error) {
    return [];
  }
  return [error].flat().flatMap(one => [
    [one.message, one.details?.event?.code].filter(Boolean).join(' / '),
    ...messages(one.errors), ...messages(one.cause)
  ]);
}

const keySets = new Map();

/** The key set in a text, read once, as whoever checks many tokens does. */
function keySet(text) {
  if(!keySets.has(text)) {
    keySets.set(text, jose.createLocalJWKSet(JSON.parse(text)));
  }
  return keySets.get(text);
}

const acts = {
  contexts({documents}) {
    contexts = new Map(Object.entries(documents).map(([url, text]) => [url, JSON.parse(text)]));
    return {known: contexts.size};
  },

  /** Of these contexts, those that the peer brings along itself. */
  async bundled({urls}) {
    const found = await Promise.allSettled(urls.map(url => defaultDocumentLoader(url)));
    return Object.fromEntries(
      found.map(({value}) => value).filter(Boolean)
        .map(({documentUrl, document}) => [documentUrl, document]));
  },

  /** A whole credential, its status included where it names one. `now` is the peer's clock. */
  async credential({text, documents, now}) {
    const asked = [];
    const result = await verifyCredential({
      credential: JSON.parse(text),
      suite: new DataIntegrityProof({cryptosuite}),
      documentLoader: loader(documents, asked),
      checkStatus,
      now
    });
    const {statusResult} = result;
    return {
      verified: result.verified,
      errors: messages([result.error, statusResult?.error].flat().filter(Boolean)),
      bits: statusResult?.results?.map(({status}) => status) ?? [],
      asked
    };
  },

  async sign({text, key, documents, created}) {
    const pair = await Ed25519Multikey.from(key);
    const signed = await issue({
      credential: JSON.parse(text),
      suite: new DataIntegrityProof({signer: pair.signer(), cryptosuite, date: created}),
      documentLoader: loader(documents, [])
    });
    return {text: JSON.stringify(signed)};
  },

  async canonize({text}) {
    const options = {documentLoader: loader({}, []), base: null, safe: true};
    return {nquads: await cryptosuite.canonize(JSON.parse(text), options)};
  },

  async encodeList({length, indexes}) {
    const list = new BitstringStatusList({length});
    indexes.forEach(index => list.setStatus(index, true));
    return {text: await list.encode()};
  },

  async decodeList({text}) {
    const list = await BitstringStatusList.decode({encodedList: text});
    const all = [...Array(list.length).keys()];
    return {length: list.length, indexes: all.filter(index => list.getStatus(index))};
  },

  /** A signed token, its key looked for in a key set by `kid`. */
  async token({text, jwks, options, now}) {
    const keys = keySet(jwks);
    const currentDate = now ? new Date(now) : new Date();
    try {
      const {payload, protectedHeader} =
        await jose.jwtVerify(text, keys, {...options, currentDate});
      return {verified: true, payload, header: protectedHeader};
    } catch(error) {
      return {verified: false, errors: messages(error), code: error.code};
    }
  },

  async signToken({payload, header, pem}) {
    const key = await jose.importPKCS8(pem, header.alg);
    return {text: await new jose.SignJWT(payload).setProtectedHeader(header).sign(key)};
  },

  /**
   * Do one act again and again, for its speed: the fastest part of the time counts (see
   * issuer/bench/rows.py). What it is asked for must come out well.
   */
  async repeat({of, requests, warmUp, seconds, part}) {
    let turn = 0;
    /** Seconds of a processor that this process has used, all its threads together. */
    function used() {
      const {user, system} = process.cpuUsage();
      return (user + system) / 1e6;
    }
    async function during(seconds) {
      const start = used();
      let count = 0;
      do {
        const {verified, bits} = await acts[of](requests[turn++ % requests.length]);
        if(verified === false || bits?.some(bit => bit)) {
          throw new Error(`${of} did not accept what it should`);
        }
        count++;
      } while(used() - start < seconds);
      return {count, seconds: used() - start};
    }
    await during(warmUp);
    const end = used() + seconds;
    let fastest = {count: 0, seconds: 1};
    do {
      const one = await during(part);
      if(one.count / one.seconds > fastest.count / fastest.seconds) {
        fastest = one;
      }
    } while(used() < end);
    return fastest;
  },

  /** Try every way out to `port` on this very machine; say how each ended. */
  async reachOut({port}) {
    const ways = {
      fetch: () => fetch(`http://127.0.0.1:${port}/`),
      http: () => new Promise((resolve, reject) =>
        http.get({host: '127.0.0.1', port}, resolve).on('error', reject)),
      net: () => new Promise((resolve, reject) =>
        net.connect(port, '127.0.0.1', resolve).on('error', reject)),
      dns: async () => dns.lookup('localhost')
    };
    const ended = {};
    for(const [name, way] of Object.entries(ways)) {
      ended[name] = await way().then(() => 'reached', error => messages(error).join(' '));
    }
    attempts.length = 0;
    return ended;
  },

  /** Ways out that somebody tried and this process was not asked to try. */
  attempts() {
    return {attempts};
  }
};

Object.assign(acts, furtherActs({loader, messages}));

for await (const line of createInterface({input: process.stdin})) {
  let reply;
  try {
    const {act, ...request} = JSON.parse(line);
    reply = {answer: await acts[act](request)};
  } catch(error) {
    reply = {fault: error.stack};
  }
  process.stdout.write(JSON.stringify(reply) + '\n');
}
