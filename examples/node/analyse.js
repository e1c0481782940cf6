// node analyse.js [LAT,LNG] [MODEL]: a site analysed without a page. It reads strictly, as the command
// line does; the app and the elements begin with `tolerance: 0.2`, which may answer a direction otherwise.
import { parsePlace, analyseSite, directionsCsv, resolveImagery, demoSource } from 'upwind';
import { createNodeFetch, createNodeImageDecoder, loadClassifier } from 'upwind/node';

const [place = '41,-125', model = 'upwind-vit'] = process.argv.slice(2);
const classifier = await loadClassifier(model);
const result = await analyseSite(
  { site: parsePlace(place), heightFt: 25, tolerance: 0 },
  {
    source: resolveImagery('demo', { sources: [demoSource()] }),
    classifier,
    fetch: createNodeFetch(),
    decoder: createNodeImageDecoder(),
  },
);
await classifier.dispose();
process.stdout.write(directionsCsv(result));
