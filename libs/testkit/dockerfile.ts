/** One instruction of a Dockerfile, with its continued lines joined. */
export interface DockerInstruction {
  readonly name: string;
  readonly value: string;
}

/** Instructions from one FROM to the next; `name` is what AS gives, or "". */
export interface DockerStage {
  readonly name: string;
  readonly instructions: readonly DockerInstruction[];
}

/** The stages of a Dockerfile without heredocs and parser directives. */
export function readDockerfile(text: string): DockerStage[] {
  const lines = text
    .replace(/^\s*#.*\n/gm, "")
    .replace(/\\\n\s*/g, "")
    .split("\n");
  const stages: { name: string; instructions: DockerInstruction[] }[] = [];
  for (const [, name = "", value = ""] of lines.flatMap((line) => [/^([A-Z]+) +(.+)$/.exec(line) ?? []])) {
    if (name === "") continue;
    if (name === "FROM") stages.push({ name: / AS (\S+)$/.exec(value)?.[1] ?? "", instructions: [] });
    stages.at(-1)?.instructions.push({ name, value });
  }
  return stages;
}

/** What a COPY takes and where it goes; `from` is a stage, or undefined for the build's context. */
export function readCopy(value: string): { from: string | undefined; sources: string[]; target: string } {
  const words = value.split(/ +/);
  const from = words.find((word) => word.startsWith("--from="))?.slice("--from=".length);
  const paths = words.filter((word) => !word.startsWith("--"));
  return { from, sources: paths.slice(0, -1), target: paths.at(-1) ?? "" };
}

/** Whether a .dockerignore keeps a path out: the last pattern that matches it, or a folder above it, decides. */
export function createDockerIgnore(text: string): (path: string) => boolean {
  const rules = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => ({ keepsOut: !line.startsWith("!"), form: patternOf(line.replace(/^!/, "")) }));
  return (path) => {
    let isOut = false;
    for (const { keepsOut, form } of rules) if (form.test(path)) isOut = keepsOut;
    return isOut;
  };
}

function patternOf(pattern: string): RegExp {
  const form = pattern
    .replace(/^\/|\/$/g, "")
    .replace(/[.+^${}()|]/g, "\\$&")
    .replace(
      /\*\*\/|\*\*|\*|\?/g,
      (part) => ({ "**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]" })[part] ?? "",
    );
  return new RegExp(`^${form}(?:/|$)`);
}
