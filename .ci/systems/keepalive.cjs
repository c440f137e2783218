// Wine 8 fails every connection whose keep-alive is set before it is made, as undici does.
require('node:net').Socket.prototype.setKeepAlive = function setKeepAlive() {
  return this;
};
