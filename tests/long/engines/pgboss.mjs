// pg-boss, fetching by hundreds as fast as it can, and at its shortest interval when there is nothing.
// Says what it does on stdout, one word and a number on a line.
import PgBoss from 'pg-boss';

const [mode, connectionString, ...rest] = process.argv.slice(2);
const now = () => performance.timeOrigin + performance.now();
const say = (...words) => process.stdout.write(`${words.join(' ')}\n`);
const pause = (ms) => new Promise((go) => setTimeout(go, ms));

const QUEUE = 'noop';
const BATCH = 1000;
const FETCH = 100;
// Its `work` polls no more often.
const SHORTEST_POLL_MS = 500;

const boss = new PgBoss({ connectionString, max: 10 });
boss.on('error', (error) => say('error', error.message));
await boss.start();

if (mode === 'fill') {
  await boss.createQueue(QUEUE);
  for (let left = Number(rest[0]); left > 0; left -= BATCH) {
    await boss.insert(Array.from({ length: Math.min(BATCH, left) }, () => ({ name: QUEUE, data: {} })));
  }
  await boss.stop({ graceful: false });
  say('filled', rest[0]);
  process.exit(0);
} else if (mode === 'singles') {
  const [count, gap] = rest.map(Number);
  const begin = now();
  for (let n = 0; n < count; n += 1) {
    const wait = begin + n * gap - now();
    if (wait > 0) await pause(wait);
    await boss.send(QUEUE, { t: now() });
  }
  await boss.stop({ graceful: false });
  say('sent', count);
  process.exit(0);
} else {
  process.stdin.once('data', async () => {
    let done = 0;
    for (;;) {
      const jobs = await boss.fetch(QUEUE, { batchSize: FETCH });
      if (jobs.length === 0) {
        await pause(SHORTEST_POLL_MS);
        continue;
      }
      for (const job of jobs) {
        if (job.data.t) say('start', now() - job.data.t);
        else done += 1;
      }
      await boss.complete(QUEUE, jobs.map((job) => job.id));
      say('done', done);
    }
  });
  say('ready', process.pid);
}
