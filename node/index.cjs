// The entry point for `require`, which loads the same ES module. A separate file, because TypeScript needs types for each kind.

module.exports = require('./index.js');
