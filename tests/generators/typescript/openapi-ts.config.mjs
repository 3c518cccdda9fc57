// Extensions on imports, as Node's own modules want them.
export default { output: { path: "src/client", module: { extension: ".js" } } };
