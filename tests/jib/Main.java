import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import java.nio.file.Path;
import java.util.List;

/**
 * Builds an image of one file with the library Jib, and writes it as an image layout in a tar archive.
 *
 * <pre>jib ARCHIVE NAME FILE CACHE</pre>
 *
 * <p>ARCHIVE is the tar archive, NAME the name of the image in it, and CACHE a folder in which Jib stores layers.
 */
final class Main {
    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 4) {
            System.err.println("usage: jib ARCHIVE NAME FILE CACHE");
            System.exit(2);
        }
        Path cache = Path.of(arguments[3]);
        TarImage archive = TarImage.at(Path.of(arguments[0])).named(arguments[1]);
        Jib.fromScratch()
            .setFormat(ImageFormat.OCI)
            .addLayer(List.of(Path.of(arguments[2])), AbsoluteUnixPath.get("/app"))
            .containerize(
                Containerizer.to(archive)
                    .setOfflineMode(true)
                    .setBaseImageLayersCache(cache)
                    .setApplicationLayersCache(cache));
    }
}
