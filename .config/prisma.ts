// For Prisma's own command line, where its engine can be downloaded: `npx prisma migrate deploy`, `migrate status`,
// `studio`. `npm run db:migrate` applies the same folder without a download, and makes BullMQ's tables and the grants too.
import { defineConfig } from "prisma/config";

const url = process.env["MIGRATION_DATABASE_URL"] ?? process.env["DATABASE_URL"];

export default defineConfig({
  schema: "../prisma/schema.prisma",
  migrations: { path: "../prisma/migrations" },
  ...(url === undefined ? {} : { datasource: { url } }),
});
