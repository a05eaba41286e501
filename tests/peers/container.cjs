// Makes a container at an Azure storage server: node container.cjs URL ACCOUNT KEY CONTAINER
const { createHmac } = require("node:crypto");

const [url, account, key, container] = process.argv.slice(2);
const headers = { "x-ms-date": new Date().toUTCString(), "x-ms-version": "2021-08-06" };
const canonical = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`).join("");
const path = new URL(`${url}/${container}`).pathname;
// https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
const signed = `PUT\n\n\n\n\n\n\n\n\n\n\n\n${canonical}/${account}${path}\nrestype:container`;
const signature = createHmac("sha256", Buffer.from(key, "base64")).update(signed).digest("base64");
fetch(`${url}/${container}?restype=container`, {
  method: "PUT",
  headers: { ...headers, Authorization: `SharedKey ${account}:${signature}` },
}).then(async (answer) => {
  if (answer.status !== 201 && answer.status !== 409) {
    console.error(answer.status, await answer.text());
    process.exitCode = 1;
  }
});
