// The cryptosuites of `@digitalbazaar`, and `@digitalcredentials/verifier-core`, as further acts of
// verify.mjs. Each package is loaded when it is first asked for.

/** What makes (`signs`) and checks (`verifies`) proofs of a suite, by the suite's name. */
const SUITES = {
  'eddsa-rdfc-2022': async () => {
    const {cryptosuite} = await import('@digitalbazaar/eddsa-rdfc-2022-cryptosuite');
    return {signs: cryptosuite, verifies: cryptosuite};
  },
  'ecdsa-rdfc-2019': async () => {
    const {cryptosuite} = await import('@digitalbazaar/ecdsa-rdfc-2019-cryptosuite');
    return {signs: cryptosuite, verifies: cryptosuite};
  },
  'eddsa-jcs-2022': async () => made(await import('@digitalbazaar/eddsa-jcs-2022-cryptosuite')),
  'ecdsa-jcs-2019': async () => made(await import('@digitalbazaar/ecdsa-jcs-2019-cryptosuite')),
  'ecdsa-sd-2023': async () => {
    const suite = await import('@digitalbazaar/ecdsa-sd-2023-cryptosuite');
    const mandatoryPointers = ['/issuer', '/validFrom', '/credentialStatus'];
    return {
      signs: suite.createSignCryptosuite({mandatoryPointers}),
      derives: suite.createDiscloseCryptosuite({selectivePointers: ['/credentialSubject', '/name']}),
      verifies: suite.createVerifyCryptosuite()
    };
  }
};

const LEGACY = 'Ed25519Signature2020';

function made({createSignCryptosuite, createVerifyCryptosuite}) {
  return {signs: createSignCryptosuite(), verifies: createVerifyCryptosuite()};
}

async function legacy(options) {
  const {Ed25519Signature2020} = await import('@digitalbazaar/ed25519-signature-2020');
  return new Ed25519Signature2020(options);
}

/** What `JSON.parse` makes of a badge, or how it refuses it. */
function parsed(text) {
  try {
    return {credential: JSON.parse(text)};
  } catch(error) {
    return {refusal: {verified: false, errors: [error.message], bits: []}};
  }
}

/** A suite object for each suite, to verify with. */
async function verifying() {
  const {DataIntegrityProof} = await import('@digitalbazaar/data-integrity');
  const all = await Promise.all(Object.values(SUITES).map(suite => suite()));
  return [
    ...all.map(({verifies}) => new DataIntegrityProof({cryptosuite: verifies})),
    await legacy()
  ];
}

async function signer(key) {
  const isEd25519 = key.publicKeyMultibase.startsWith('z6Mk');
  const {from} = await import(`@digitalbazaar/${isEd25519 ? 'ed25519' : 'ecdsa'}-multikey`);
  return (await from(key)).signer();
}

/**
 * Do `act` while `fetch` answers with `documents` (address -> text) and nothing else, and nobody
 * writes where the answers to requests are written.
 */
async function withDocuments(documents, act) {
  const before = globalThis.fetch;
  const {log, error} = console;
  console.log = console.error = () => {};
  globalThis.fetch = async request => {
    const text = documents[request.url ?? String(request)];
    const headers = {'content-type': 'application/json'};
    return new Response(text ?? '', {status: text === undefined ? 404 : 200, headers});
  };
  try {
    return await act();
  } finally {
    globalThis.fetch = before;
    Object.assign(console, {log, error});
  }
}

export function furtherActs({loader, messages}) {
  return {
    /** A whole credential, with a proof of any suite. */
    async anySuite({text, documents, now}) {
      const {verifyCredential} = await import('@digitalbazaar/vc');
      const {checkStatus} = await import('@digitalbazaar/vc-bitstring-status-list');
      const {credential, refusal} = parsed(text);
      if(refusal) {
        return refusal;
      }
      const result = await verifyCredential({
        credential,
        suite: await verifying(),
        documentLoader: loader(documents, []),
        checkStatus,
        now
      });
      const {statusResult} = result;
      return {
        verified: result.verified,
        errors: messages([result.error, statusResult?.error].flat().filter(Boolean)),
        bits: statusResult?.results?.map(({status}) => status) ?? []
      };
    },

    /** `text` signed by `suite`; of a suite that discloses parts, the derived credential. */
    async signBySuite({suite, text, key, documents, created}) {
      const {issue, derive} = await import('@digitalbazaar/vc');
      const {DataIntegrityProof} = await import('@digitalbazaar/data-integrity');
      const documentLoader = loader(documents, []);
      const date = created;
      const by = {signer: await signer(key), date};
      const {signs, derives} = suite === LEGACY ? {} : await SUITES[suite]();
      const proof = signs ? new DataIntegrityProof({...by, cryptosuite: signs}) : await legacy(by);
      let signed = await issue({credential: JSON.parse(text), suite: proof, documentLoader});
      if(derives) {
        const shown = new DataIntegrityProof({cryptosuite: derives});
        signed = await derive({verifiableCredential: signed, suite: shown, documentLoader});
      }
      return {text: JSON.stringify(signed)};
    },

    /** A whole credential as verifier-core sees it, by the machine's clock. */
    async core({text, documents}) {
      const {verifyCredential} = await import('@digitalcredentials/verifier-core');
      const {credential, refusal} = parsed(text);
      if(refusal) {
        return refusal;
      }
      const {log = [], errors = []} = await withDocuments(documents, () =>
        verifyCredential({credential, knownDIDRegistries: []}));
      // Whether somebody's register knows the issuer is no question about the badge.
      const asked = log.filter(({id}) => id !== 'registered_issuer');
      const failed = asked.filter(({valid, error}) => error || valid === false);
      return {
        verified: errors.length === 0 && asked.length > 0 && failed.length === 0,
        errors: [
          ...errors.map(({name, message}) => `${name}: ${message}`),
          ...failed.map(({id, error}) => error ? `${id}: ${error.name}` : id)
        ]
      };
    }
  };
}
