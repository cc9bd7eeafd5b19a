// Text in pictures, by others' packages: `read` answers the credentials of the PNG on standard
// input as a JSON array, `bake TEXT` the picture with TEXT in it.

import extract from 'png-chunks-extract';
import itxt from 'png-itxt';

const KEYWORD = 'openbadgecredential';
const [act, text] = process.argv.slice(2);

if(act === 'read') {
  const parts = [];
  for await (const part of process.stdin) {
    parts.push(part);
  }
  const picture = Buffer.concat(parts);
  const found = [];
  // The one package tells what chunks there are, the other what stands in ours.
  for(const {name, data} of extract(picture)) {
    if(name === 'iTXt' && Buffer.from(data).toString('latin1').startsWith(`${KEYWORD}\0`)) {
      found.push(await value(picture));
    }
  }
  process.stdout.write(JSON.stringify(found));
} else {
  process.stdin
    .pipe(itxt.set({keyword: KEYWORD, value: text, type: itxt.iTXt}, true))
    .pipe(process.stdout);
}

function value(picture) {
  return new Promise((resolve, reject) => {
    const reader = itxt.getitxt(KEYWORD, (error, chunk) => error ? reject(error) : resolve(chunk.value));
    reader.on('data', () => {});
    reader.end(picture);
  });
}
