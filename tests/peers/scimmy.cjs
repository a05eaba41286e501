// SCIMMY (scimmy, scimmy-routers: MIT) as a server on loopback that keeps its users in memory.
//
//   NODE_PATH=target/peers/node/node_modules node tests/peers/scimmy.cjs PORT TOKEN
//
// A TOKEN with a colon in it is a name and a password for Basic authentication.
"use strict";

const { randomUUID } = require("node:crypto");
const express = require("express");
const SCIMMY = require("scimmy").default ?? require("scimmy");
const routers = require("scimmy-routers");
const Routers = routers.default ?? routers;

const [port, token] = process.argv.slice(2);
if (!port || !token) {
  console.error("usage: scimmy.cjs PORT TOKEN");
  process.exit(2);
}

/** The three handlers that SCIMMY asks for, over a map; `nameOf` is what must be unique. */
function inMemory(nameOf) {
  const resources = new Map();
  const missing = (id) => new SCIMMY.Types.Error(404, null, `Resource ${id} not found`);
  const find = (id) => {
    if (!resources.has(id)) throw missing(id);
    return resources.get(id);
  };
  return {
    egress(resource) {
      if (resource.id) return find(resource.id);
      const all = [...resources.values()];
      return resource.filter ? resource.filter.match(all) : all;
    },
    ingress(resource, data) {
      const before = resource.id ? find(resource.id) : undefined;
      const plain = JSON.parse(JSON.stringify(data));
      const name = nameOf(plain).toLowerCase();
      for (const other of resources.values()) {
        if (other.id !== resource.id && nameOf(other).toLowerCase() === name) {
          throw new SCIMMY.Types.Error(409, "uniqueness", `${nameOf(plain)} exists already`);
        }
      }
      const now = new Date();
      const id = resource.id ?? randomUUID();
      const meta = { created: before?.meta.created ?? now, lastModified: now };
      const kept = { ...plain, id, meta };
      resources.set(id, kept);
      return kept;
    },
    degress(resource) {
      find(resource.id);
      resources.delete(resource.id);
    },
  };
}

SCIMMY.Config.set({
  patch: true,
  filter: { supported: true, maxResults: 200 },
  sort: true,
  etag: false,
  changePassword: false,
});
SCIMMY.Resources.declare(SCIMMY.Resources.User, {
  extensions: [{ schema: SCIMMY.Schemas.EnterpriseUser, required: false }],
  ...inMemory((user) => user.userName ?? ""),
});
SCIMMY.Resources.declare(SCIMMY.Resources.Group, inMemory((group) => group.displayName ?? ""));

const basic = token.includes(":");
const expected = basic ? `Basic ${Buffer.from(token).toString("base64")}` : `Bearer ${token}`;
const app = express();
app.use(
  "/scim/v2",
  new Routers({
    type: basic ? "basic" : "bearer",
    handler(request) {
      if (request.header("Authorization") !== expected) throw new Error("who are you?");
      return "enroll";
    },
  }),
);
app.listen(Number(port), "127.0.0.1", () => console.log(`SCIMMY at ${port}`));
