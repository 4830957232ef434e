package dev.finexl.explain;

import dev.finexl.explain.ExplainListener.Stage;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.Transfer;

/** Makes the downloads of a request's models a stage of its explanation, which is there only if something is downloaded. */
record Downloads(ExplainListener listener, RunScope scope, StageClock clock) implements Transfer {

    @Override
    public void progress(long done, long total) {
        clock.enter(Stage.DOWNLOADING);
        listener.progress(Stage.DOWNLOADING, done, total);
    }

    @Override
    public void check() {
        scope.check();
    }
}
