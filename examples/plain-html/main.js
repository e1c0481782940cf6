import 'upwind/element';

document.querySelector('upwind-map').addEventListener('upwind-result', ({ detail }) => {
  document.querySelector('#governing').textContent = `Exposure ${detail.result.governing} governs.`;
});
