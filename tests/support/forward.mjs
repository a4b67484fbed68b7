// Connections to a unix socket go on to a TCP port: a way out of a network namespace, which unix sockets know nothing of.
import net from 'node:net';

const [path, host, port] = process.argv.slice(2);
net.createServer((client) => {
  const server = net.connect(Number(port), host);
  client.pipe(server).pipe(client);
  for (const [one, other] of [[client, server], [server, client]]) one.on('error', () => other.destroy());
}).listen(path, () => console.log('forwarding'));
