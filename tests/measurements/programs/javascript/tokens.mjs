// tokens.mjs TOKEN PEM: checks a token often, and prints the microseconds of CPU of each check.
import { verifyToken } from "@clerk/backend";

const [token, jwtKey] = process.argv.slice(2);

async function check(times) {
  for (let n = 0; n < times; n++) {
    if (!(await verifyToken(token, { jwtKey })).sub) throw new Error("refused");
  }
}

await check(300);
const before = process.cpuUsage();
await check(3000);
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 3000);
