// For `require`: the same module, not a second one. It is a file of its own because TypeScript wants types for each kind.

module.exports = require('./index.js');
