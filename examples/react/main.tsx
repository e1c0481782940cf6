import { useState } from 'react';
import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import { createRoot } from 'react-dom/client';
import type { SiteResult } from 'upwind';
import type { UpwindMap, UpwindResultEvent, UpwindRose } from 'upwind/element';
import 'upwind/element';

// React 19 sets properties and `on…` events of elements that it does not know; this names them.
type Custom<E, P> = DetailedHTMLProps<HTMLAttributes<E>, E> & P;
declare module 'react' {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how React is extended
  namespace JSX {
    interface IntrinsicElements {
      'upwind-map': Custom<
        UpwindMap,
        Partial<Pick<UpwindMap, 'site' | 'height' | 'imagery' | 'model'>> & {
          'onupwind-result'?: (event: UpwindResultEvent) => void;
        }
      >;
      'upwind-rose': Custom<UpwindRose, Partial<Pick<UpwindRose, 'result' | 'unit'>>>;
    }
  }
}

function App() {
  const [result, setResult] = useState<SiteResult | null>(null);
  return (
    <main>
      <h1>{result ? `Exposure ${result.governing} governs` : 'Reading the ground…'}</h1>
      <upwind-map
        site="41,-125"
        height="25ft"
        imagery="demo"
        onupwind-result={({ detail }) => setResult(detail.result)}
      />
      {result && <upwind-rose result={result} unit="m" />}
    </main>
  );
}

createRoot(document.getElementById('root')!).render(<App />);
