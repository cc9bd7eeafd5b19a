// Closes this process's ways to other machines. Imported before anything else.
//
// `fetch` and every HTTP client end in a socket or a look-up of a name; both refuse here, and a
// program that could fetch for us is not started either. Whoever tried is noted in `attempts`.

import childProcess from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns';
import {syncBuiltinESMExports} from 'node:module';
import net from 'node:net';

/** What was tried, oldest first: `net.connect`, `dns.lookup`, … */
export const attempts = [];

function close(owner, prefix, isExit) {
  for(const name of Object.getOwnPropertyNames(owner)) {
    if(isExit(name) && typeof owner[name] === 'function') {
      owner[name] = () => {
        attempts.push(`${prefix}.${name}`);
        throw new Error(`there is no network here: ${prefix}.${name}`);
      };
    }
  }
}

const asksForName = name => /^(lookup|resolve|reverse)/.test(name);

close(net.Socket.prototype, 'net', name => name === 'connect');
close(dgram.Socket.prototype, 'dgram', name => ['bind', 'connect', 'send'].includes(name));
close(dns, 'dns', asksForName);
close(dns.promises, 'dns.promises', asksForName);
for(const [name, module] of [['dns', dns], ['dns.promises', dns.promises]]) {
  close(module.Resolver.prototype, `${name}.Resolver`, asksForName);
  close(Object.getPrototypeOf(module.Resolver.prototype), `${name}.Resolver`, asksForName);
}
close(childProcess, 'child_process', name => /^(exec|fork|spawn)/.test(name));
syncBuiltinESMExports();
