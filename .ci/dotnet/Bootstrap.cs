// Compiles a file with Roslyn, where mono's compiler is the newest one installed: OUT SOURCE REFERENCE...
using System;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

static class Bootstrap {
    static void Main(string[] words) {
        var tree = CSharpSyntaxTree.ParseText(File.ReadAllText(words[1]), CSharpParseOptions.Default, words[1]);
        var references = words.Skip(2).Select(path =>
            (MetadataReference)MetadataReference.CreateFromFile(path, default(MetadataReferenceProperties), null));
        var options = new CSharpCompilationOptions(OutputKind.ConsoleApplication);
        var compilation = CSharpCompilation.Create("dotnet", new[] { tree }, references, options);
        using (var file = File.Create(words[0])) {
            var result = compilation.Emit(file);
            if (!result.Success) throw new Exception(result.Diagnostics.First().ToString());
        }
    }
}
