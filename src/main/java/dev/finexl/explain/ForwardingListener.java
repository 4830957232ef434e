package dev.finexl.explain;

import dev.finexl.embed.RgbImage;
import java.util.List;

/** Passes on all that it hears, for listeners that add something to another. */
public abstract class ForwardingListener implements ExplainListener {

    private final ExplainListener next;

    /** @param next who hears what this hears */
    protected ForwardingListener(ExplainListener next) {
        this.next = next;
    }

    @Override
    public void entered(Stage stage) {
        next.entered(stage);
    }

    @Override
    public void progress(Stage stage, long done, long total) {
        next.progress(stage, done, total);
    }

    @Override
    public Pictures pictures() {
        return next.pictures();
    }

    @Override
    public void image(Side side, int index, RgbImage image) {
        next.image(side, index, image);
    }

    @Override
    public void aspects(int pairs, List<Aspect> aspects) {
        next.aspects(pairs, aspects);
    }
}
