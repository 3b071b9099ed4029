// calls.mjs URL CALLS AT_ONCE: lists ten users so often, and prints the microseconds of CPU of each call.
import { createClerkClient } from "@clerk/backend";

const [url, calls, atOnce] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const clerk = createClerkClient({ secretKey: "sk_test_measurement", apiUrl: url });

async function some(calls) {
  for (let n = 0; n < calls; n++) {
    // It asks for their count in a second request, whether one wants it or not.
    const users = await clerk.users.getUserList({ limit: 10 });
    if (users.data.length !== 10) throw new Error(`${users.data.length} users`);
  }
}

const all = (calls) => Promise.all(Array.from({ length: atOnce }, () => some(Math.ceil(calls / atOnce))));

await all(Math.max(atOnce, calls / 10));
const before = process.cpuUsage();
await all(calls);
const { user, system } = process.cpuUsage(before);
console.log((user + system) / calls);
