import { join, resolve } from "node:path";

const compiled = __dirname.includes(join("dist", "apps"));

/** Where the migrations and the sample are, from the sources and from the compiled tree alike. */
export const prismaDir = resolve(__dirname, compiled ? "../../../.." : "../../..", "prisma");
