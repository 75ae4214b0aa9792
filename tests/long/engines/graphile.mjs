// graphile-worker as its own pages recommend it. Says what it does on stdout, one word and a number
// on a line.
import { makeWorkerUtils, run } from 'graphile-worker';

const [mode, connectionString, ...rest] = process.argv.slice(2);
const now = () => performance.timeOrigin + performance.now();
const say = (...words) => process.stdout.write(`${words.join(' ')}\n`);

// https://worker.graphile.org/docs/performance, with and without its batches.
const CONCURRENCY = 24;
const batches = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };

// Jobs that one call adds.
const BATCH = 1000;

if (mode === 'fill') {
  const utils = await makeWorkerUtils({ connectionString });
  await utils.migrate();
  for (let left = Number(rest[0]); left > 0; left -= BATCH) {
    const jobs = Array.from({ length: Math.min(BATCH, left) }, () => ({ identifier: 'noop', payload: {} }));
    await utils.addJobs(jobs);
  }
  await utils.release();
  say('filled', rest[0]);
} else if (mode === 'singles') {
  const utils = await makeWorkerUtils({ connectionString });
  const [count, gap] = rest.map(Number);
  const begin = now();
  for (let n = 0; n < count; n += 1) {
    const wait = begin + n * gap - now();
    if (wait > 0) await new Promise((go) => setTimeout(go, wait));
    await utils.addJob('noop', { t: now() });
  }
  await utils.release();
  say('sent', count);
} else {
  let done = 0;
  let told = 0;
  setInterval(() => {
    if (told !== done) say('done', (told = done));
  }, 20);
  const worker = {
    connectionString,
    concurrentJobs: CONCURRENCY,
    maxPoolSize: CONCURRENCY + 1,
    ...(rest[0] === 'batched' ? batches : {}),
  };
  const taskList = {
    noop: async (payload) => {
      if (payload.t) say('start', now() - payload.t);
      else done += 1;
    },
  };
  process.stdin.once('data', async () => {
    await run({ preset: { worker }, taskList });
  });
  say('ready', process.pid);
}
