package dev.finexl.job;

import dev.finexl.embed.RgbImage;
import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.Explanation;
import dev.finexl.explain.ForwardingListener;
import java.io.IOException;
import org.jboss.logging.Logger;

/**
 * Keeps the pictures of one job while it is explained, and passes on what it hears. Pictures that cannot be stored are a
 * warning: the explanation is worth having without them. Unless it is told of the explanation before it is closed, it leaves
 * nothing behind.
 */
final class PictureKeeper extends ForwardingListener implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(PictureKeeper.class);

    private final JobPictures pictures;
    private final String job;
    private final Pictures wanted;
    private boolean keeping;
    private boolean settled;

    /**
     * @param asked as {@link dev.finexl.explain.ExplainRequest#pictures}
     */
    PictureKeeper(JobPictures pictures, String job, Boolean asked, ExplainListener next) {
        super(next);
        this.pictures = pictures;
        this.job = job;
        this.wanted = asked == null ? Pictures.KEPT : asked ? Pictures.ALL : Pictures.DRAWN;
        this.keeping = wanted != Pictures.DRAWN;
        store(() -> pictures.begin(job));
    }

    private interface Storing {
        void run() throws IOException;
    }

    private void store(Storing storing) {
        if (keeping) {
            try {
                storing.run();
            } catch (IOException e) {
                keeping = false;
                LOG.warnf("the pictures of job %s are not kept: %s", job, e);
            }
        }
    }

    @Override
    public Pictures pictures() {
        return keeping ? wanted : super.pictures();
    }

    @Override
    public void image(Side side, int index, RgbImage image) {
        store(() -> pictures.keep(job, side, index, image));
        super.image(side, index, image);
    }

    /** Leaves the pictures that the explanation shows. */
    void settle(Explanation explanation) {
        store(() -> pictures.settle(job, explanation));
        settled = keeping;
    }

    @Override
    public void close() {
        if (!settled) {
            try {
                pictures.remove(job);
            } catch (IOException e) {
                LOG.warnf("the pictures of job %s remain until they are swept: %s", job, e);
            }
        }
    }
}
