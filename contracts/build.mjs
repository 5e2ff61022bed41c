// Compile TranscriptLog.sol and write the artifact that the Python package ships.
//
//   npm ci --ignore-scripts && node build.mjs > artifact.json
//
// The same source, library and compiler give the same bytes; a test recompiles and compares.
// With file names it compiles these variants instead, unoptimized since that takes half the
// time, and writes a list: tests plant bugs so.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const solc = require("solc");
const NAME = "TranscriptLog";
const EVM = "paris";
const RUNS = 200;
const LIBRARY = "@openzeppelin/contracts";

const sha256 = (data) => createHash("sha256").update(data).digest("hex");

function compile(file, optimized) {
  const seen = {};
  const load = (name) => {
    const text = readFileSync(require.resolve(name), "utf8");
    seen[name] = sha256(text);
    return { contents: text };
  };
  const own = readFileSync(file, "utf8");
  const input = {
    language: "Solidity",
    sources: { [`${NAME}.sol`]: { content: own } },
    settings: {
      evmVersion: EVM,
      optimizer: { enabled: optimized, runs: RUNS },
      metadata: { appendCBOR: false, bytecodeHash: "none" },
      outputSelection: {
        [`${NAME}.sol`]: { [NAME]: ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] },
      },
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: load }));
  // A warning counts in our own file only: the library's are its authors' business.
  const problems = (output.errors ?? []).filter(
    (problem) =>
      problem.severity === "error" ||
      (problem.severity === "warning" && problem.sourceLocation?.file === `${NAME}.sol`),
  );
  if (problems.length > 0) {
    for (const problem of problems) process.stderr.write(problem.formattedMessage);
    process.exit(1);
  }
  const { abi, evm } = output.contracts[`${NAME}.sol`][NAME];
  seen[`${NAME}.sol`] = sha256(own);
  const sources = Object.fromEntries(Object.entries(seen).sort());
  return {
    contract: NAME,
    compiler: solc.version(),
    evm_version: EVM,
    optimizer_runs: RUNS,
    library: `${LIBRARY} ${require(`${LIBRARY}/package.json`).version}`,
    sources,
    source_sha256: sha256(JSON.stringify(sources)),
    runtime_sha256: sha256(Buffer.from(evm.deployedBytecode.object, "hex")),
    bytecode: `0x${evm.bytecode.object}`,
    abi,
  };
}

const variants = process.argv.slice(2);
const own = fileURLToPath(new URL(`src/${NAME}.sol`, import.meta.url));
const result = variants.length > 0 ? variants.map((file) => compile(file, false)) : compile(own, true);
process.stdout.write(`${JSON.stringify(result, null, 1)}\n`);
